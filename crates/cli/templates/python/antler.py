"""What data models may import, for editors: nothing has to be installed."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal, Optional, TypeVar

T = TypeVar("T")

# A field that the table is sorted by. Every data model has one, or says what it is ordered by.
Key = Annotated[T, "key"]

# How the database holds a value, where `int` and `float` leave that open.
# A whole number from -128 to 127.
Int8 = Annotated[int, "int8"]
# A whole number from -32768 to 32767.
Int16 = Annotated[int, "int16"]
# A whole number from -2147483648 to 2147483647.
Int32 = Annotated[int, "int32"]
# A whole number of 64 bits with a sign: the same as `int`.
Int64 = Annotated[int, "int64"]
# A whole number from 0 to 255.
UInt8 = Annotated[int, "uint8"]
# A whole number from 0 to 65535.
UInt16 = Annotated[int, "uint16"]
# A whole number from 0 to 4294967295.
UInt32 = Annotated[int, "uint32"]
# A whole number of 64 bits without a sign.
UInt64 = Annotated[int, "uint64"]
# The nearest single to a number.
Float32 = Annotated[float, "float32"]
# A double: the same as `float`.
Float64 = Annotated[float, "float64"]
# A text, in a column that has few different ones.
LowCardinality = Annotated[str, "LowCardinality"]


class IngestionFormat(Enum):
    """How a JSON body holds its events: one object, or an array of objects."""

    JSON = "JSON"
    JSON_ARRAY = "JSON_ARRAY"


@dataclass
class IngestionConfig:
    """What the endpoint of a model takes.

    Without a format it takes both forms, and NDJSON in any case. Fields that the model does not
    have are dropped, or events that have them refused.
    """

    format: Optional[IngestionFormat] = None
    unknown_fields: Literal["drop", "refuse"] = "drop"


@dataclass
class StorageConfig:
    """How a model is stored: what its table is sorted by, after the keys.

    A model that is not enabled needs no key, and has a table all the same. The rest is of Moose.
    """

    enabled: Optional[bool] = None
    order_by_fields: Optional[list[str]] = None
    deduplicate: Optional[bool] = None
    name: Optional[str] = None


@dataclass
class DataModelConfig:
    """What is said of a model beside its fields."""

    ingestion: Optional[IngestionConfig] = None
    storage: Optional[StorageConfig] = None
    parallelism: Optional[int] = None


def moose_data_model(config=None):
    """Stands above a dataclass, with or without a configuration:

    @moose_data_model(DataModelConfig(ingestion=IngestionConfig(format=IngestionFormat.JSON)))
    """
    if isinstance(config, type):
        return config
    return lambda model: model
