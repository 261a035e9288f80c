(id, code, delay) -> (nullIf(id, ''), length(code), code, NULL)
