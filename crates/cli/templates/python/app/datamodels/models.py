from dataclasses import dataclass
from datetime import datetime

from antler import Key


# Every dataclass in this folder is a data model.
@dataclass
class UserActivity:
    """Something a user did."""

    eventId: Key[str]
    userId: str
    timestamp: datetime
    activity: str
