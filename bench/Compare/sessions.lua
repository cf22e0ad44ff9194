-- A till's sessions for wrk: open a cart, add two lines, check out with a card. Arguments are the run's name, the API key and the number of
-- items. Each thread has one connection, so that what it asks next follows from the answer; the sum of a session's four answers is its latency.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } pos_time;
  int clock_gettime(int clock, pos_time *now);
]]

local tills = {}

function setup(thread)
  thread:set("id", #tills)
  table.insert(tills, thread)
end

function init(args)
  run, items = args[1], tonumber(args[3])
  headers = { ["Authorization"] = "Bearer " .. args[2], ["Content-Type"] = "application/json" }
  step, number, failed, taken, time = 1, 0, 0, {}, ffi.new("pos_time")
end

local function now()
  ffi.C.clock_gettime(1, time)
  return tonumber(time.seconds) * 1e6 + tonumber(time.nanoseconds) / 1e3
end

local function line(item, quantity)
  return '{"sku":"sku-' .. item % items .. '","quantity":' .. quantity .. "}"
end

-- May be called without being sent: only an answer goes on.
function request()
  local path, body = "/api/v1/carts", '{"store":"bench","till":"till-1"}'
  local item = id * 7919 + number * 31
  if step == 1 then
    began = now()
  elseif step == 4 then
    path, body = path .. "/" .. cart .. "/checkout", '{"cards":[{"token":"tok_approve"}]}'
  else
    path, body = path .. "/" .. cart .. "/lines", line(item + step, step - 1)
  end
  headers["Idempotency-Key"] = run .. "-" .. id .. "-" .. number .. "-" .. step
  return wrk.format("POST", path, headers, body)
end

function response(status, _, body)
  if status ~= 200 and status ~= 201 then
    failed = failed + 1
    if failed == 1 then io.stderr:write(status .. " " .. body .. "\n") end
    step, number = 1, number + 1
    return
  end
  if step == 1 then
    cart = body:match('"id":"(%w+)"')
  end
  if step == 4 then
    table.insert(taken, math.floor(now() - began))
    step, number = 1, number + 1
  else
    step = step + 1
  end
end

function done(summary)
  local all, sum, refused, e = {}, 0, 0, summary.errors
  for _, till in ipairs(tills) do
    refused = refused + till:get("failed")
    for _, time in ipairs(till:get("taken")) do
      table.insert(all, time)
      sum = sum + time
    end
  end
  table.sort(all)
  io.write(string.format("RESULT %d %d %d %d %d %d\n", #all, summary.duration, sum / #all, all[math.ceil(#all * 0.99)], all[#all],
    refused + e.connect + e.read + e.write + e.timeout))
end
