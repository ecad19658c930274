from __future__ import annotations

from django.dispatch import Signal

# Sent with guest: User and user: User, in the transaction that then deletes the guest.
# Receivers hand over what belongs to the guest; what they leave is deleted with the row.
guest_merged = Signal()
