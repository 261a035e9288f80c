from pydantic import BaseModel
from moose_lib import Key


class Event(BaseModel):
    id: Key[str]
    kind: str
