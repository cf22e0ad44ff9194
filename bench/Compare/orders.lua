-- Two-line cash orders for wrk: arguments are the run's name, the API key, the number of items, and how many orders in a hundred have
-- the hot item (sku-0) as their first line.
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  run, items, hot = args[1], tonumber(args[3]), tonumber(args[4])
  headers = { ["Authorization"] = "Bearer " .. args[2], ["Content-Type"] = "application/json" }
  number = 0
  math.randomseed(id + 1)
end

function request()
  number = number + 1
  local first = (number % 100) < hot and 0 or math.random(0, items - 1)
  headers["Idempotency-Key"] = run .. "-" .. id .. "-" .. number
  return wrk.format("POST", "/api/v1/orders", headers,
    '{"store":"bench","till":"till-1","lines":[{"sku":"sku-' .. first .. '","quantity":1},{"sku":"sku-' .. math.random(0, items - 1)
    .. '","quantity":2}],"cash":{"amount":1000,"currency":"EUR"}}')
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, latency.mean, latency:percentile(99), latency.max,
    e.connect + e.read + e.write + e.status + e.timeout))
end
