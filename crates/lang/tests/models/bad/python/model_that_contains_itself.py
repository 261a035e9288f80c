from dataclasses import dataclass
from moose_lib import Key


@dataclass
class Comment:
    id: Key[str]
    replies: "list[Comment]"
