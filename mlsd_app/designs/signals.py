from __future__ import annotations

from django.dispatch import Signal

# Sent by a save, in its transaction and with the design locked: design: Design, before and after:
# the snapshots, changed: the addresses at which they differ (a table where rows came, went or
# moved), user: User who wrote. Receivers keep right what they know about places of the design.
answers_changed = Signal()
