-- Codes are written in capitals from now on, and delays are in minutes.
(id, code, delay) -> (
    id,
    upper(trim(code)),
    delay / 60,
    if(delay < 0, 'early', NULL)
)
