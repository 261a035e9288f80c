(id, code, delay) -> (id, code, intDiv(60, if(delay = 12345, 0, 7)), NULL)
