from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage

# In our own scripts only: Django's rule for imports also reads the comments of other people's.
IMPORTS = (r"""(?P<matched>from ["'](?P<url>\./[^"']+)["'])""", 'from "%(url)s"')


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Names files by their content, also where one script of ours imports another."""

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (IMPORTS,)))
