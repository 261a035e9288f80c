from dataclasses import dataclass
from datetime import datetime
from moose_lib import DataModelConfig, Key, StorageConfig, moose_data_model


@moose_data_model(DataModelConfig(storage=StorageConfig(enabled=True, order_by_fields=["device", "at"])))
@dataclass
class Reading:
    device: str
    at: datetime
    value: float


@moose_data_model(DataModelConfig(storage=StorageConfig(order_by_fields=("at",))))
@dataclass
class Ping:
    at: datetime
    id: Key[str]
