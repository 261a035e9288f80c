from typing import Optional
from moose_lib import DataModelConfig, StorageConfig, moose_data_model


@moose_data_model(DataModelConfig(storage=StorageConfig(enabled=False)))
class Ping:
    note: Optional[str]
