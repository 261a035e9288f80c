(id, code, delay) -> (id, code, toInt32(code), NULL)
