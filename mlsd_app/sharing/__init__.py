"""Who gets into a design: people, links, requests, and the record of it."""
