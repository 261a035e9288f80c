from dataclasses import dataclass
from typing import Optional
from moose_lib import DataModelConfig, StorageConfig, moose_data_model


@moose_data_model(DataModelConfig(storage=StorageConfig(order_by_fields=["device", "when"])))
@dataclass
class Reading:
    device: Optional[str]


@moose_data_model(DataModelConfig(storage=StorageConfig(order_by_fields=names())))
@dataclass
class Ping:
    device: str
