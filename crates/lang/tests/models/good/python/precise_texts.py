import datetime
import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Optional
from uuid import UUID

from moose_lib import clickhouse_decimal


@dataclass
class Invoice:
    id: Key[UUID]
    other: uuid.UUID
    day: date
    due: Optional[datetime.date]
    price: Annotated[Decimal, "Decimal(10, 2)"]
    total: Annotated[Decimal, clickhouse_decimal(18, 3)]
    country: Annotated[str, "LowCardinality"]
    tags: list[Annotated[str, "LowCardinality"]]
