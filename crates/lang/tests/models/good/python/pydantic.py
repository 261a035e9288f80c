from datetime import datetime
from typing import Optional

from moose_lib import Key
from pydantic import BaseModel as Model, ConfigDict, Field, PrivateAttr


class Base(Model):
    model_config = ConfigDict(extra="ignore")


class Identified(Base):
    id: Key[str]


class City(Model):
    name: str = Field(min_length=1)
    zip: Optional[str] = None


class Trip(Identified):
    """A heir of a pydantic model is one."""

    home: City
    stops: list[City] = Field(default_factory=list)
    at: datetime
    note: str | None = Field(None, description="said by the driver")
    _cache: dict = PrivateAttr()

    def length(self) -> int:
        return len(self.stops)
