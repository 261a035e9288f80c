"""What data models may import, for editors: nothing has to be installed."""

from typing import Annotated, TypeVar

T = TypeVar("T")

# A field that the table is sorted by. Every data model has at least one.
Key = Annotated[T, "key"]
