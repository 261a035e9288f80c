from moose_lib import Key, moose_data_model


@moose_data_model
class Click:
    id: Key[str]
