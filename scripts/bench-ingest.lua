-- One case of scripts/bench-ingest.sh: posts one body again and again, and says what came of it.
-- wrk -s bench-ingest.lua <url> -- <body file> <content type>

function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*a")
  wrk.headers["Content-Type"] = args[2]
  file:close()
end

-- Requests each second, the latency of half and of 99 in 100 in milliseconds, and failures.
function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT %.1f %.2f %.2f %d\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
