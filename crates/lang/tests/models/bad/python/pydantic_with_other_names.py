from moose_lib import Key
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Click(BaseModel):
    id: Key[str]
    user_id: str = Field(alias="userId")


class Tap(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    id: Key[str]
    user_id: str
