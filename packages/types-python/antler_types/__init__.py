"""How the database holds a value, where `int` and `float` leave that open.

Antler knows these types by their names, and by the text in `Annotated`. To Python and its type
checkers each is what it is made of.
"""

from typing import Annotated, TypeVar

T = TypeVar("T")

#: A field of the sorting key.
Key = Annotated[T, "key"]

#: A whole number from -128 to 127.
Int8 = Annotated[int, "int8"]
#: A whole number from -32768 to 32767.
Int16 = Annotated[int, "int16"]
#: A whole number from -2147483648 to 2147483647.
Int32 = Annotated[int, "int32"]
#: A whole number of 64 bits with a sign: the same as `int`.
Int64 = Annotated[int, "int64"]
#: A whole number from 0 to 255.
UInt8 = Annotated[int, "uint8"]
#: A whole number from 0 to 65535.
UInt16 = Annotated[int, "uint16"]
#: A whole number from 0 to 4294967295.
UInt32 = Annotated[int, "uint32"]
#: A whole number of 64 bits without a sign.
UInt64 = Annotated[int, "uint64"]
#: The nearest single to a number.
Float32 = Annotated[float, "float32"]
#: A double: the same as `float`.
Float64 = Annotated[float, "float64"]

#: A text, in a column that has few different ones.
LowCardinality = Annotated[str, "LowCardinality"]
