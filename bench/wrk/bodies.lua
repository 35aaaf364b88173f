-- POSTs the lines of a file, each once, shared out among the threads. Arguments: path, file, cookie, and a header to set to true.
require "report"
local threads = {}
function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end
function init(args)
  path = args[1]
  wrk.headers["Cookie"] = args[3]
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  if args[4] then wrk.headers[args[4]] = "true" end
  bodies = {}
  local index = 0
  for line in io.lines(args[2]) do
    if index % 2 == number % 2 then table.insert(bodies, line) end
    index = index + 1
  end
  sent = 0
end
function request()
  sent = sent + 1
  if sent > #bodies then wrk.thread:stop() end
  return wrk.format("POST", path, nil, bodies[math.min(sent, #bodies)])
end
function done(summary, latency) report(summary, latency) end
