from .names import ORDER as order
from moose_lib import DataModelConfig, StorageConfig, moose_data_model

@moose_data_model(DataModelConfig(storage=StorageConfig(order_by_fields=order)))
class Reading:
    device: str
    at: datetime
