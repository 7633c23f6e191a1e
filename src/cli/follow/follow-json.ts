/** The JSON value of a command that follows a run; documented in its help. */
export const FOLLOW_JSON =
  '{"kind":"run-ended","workflowId":…,"status":…,"outcome":…,"exitCode":…,"report":{…}},\n' +
  '  {"kind":"person-needed","workflowId":…,"need":{"kind":"gate"|"halt"|"pause",…},"progress":{…}} or {"kind":"detached","workflowId":…}';
