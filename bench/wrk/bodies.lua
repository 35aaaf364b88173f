-- POSTs the lines of a file, each once, shared out among the threads. Arguments: path, file, cookie, and a header to set to true.
-- A line may begin with a path of its own and a tab.
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
  local line = bodies[math.min(sent, #bodies)]
  local own, body = line:match("^(/[^\t]*)\t(.*)$")
  return wrk.format("POST", own or path, nil, body or line)
end
function done(summary, latency) report(summary, latency) end
