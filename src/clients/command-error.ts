/** Why a command did not give a result. */
export type CommandFailure =
  'not-started' | 'exit-code' | 'signal' | 'deadline' | 'output-too-large' | 'invalid-arguments';

export interface CommandErrorDetails {
  readonly command: string;
  /** With values of secret-looking flags blanked out. */
  readonly args: readonly string[];
  readonly failure: CommandFailure;
  readonly exitCode?: number;
  readonly signal?: string;
  /** The last few KiB of standard error. */
  readonly stderrTail: string;
  readonly detail?: string;
}

/** A command that failed; branch on `failure`, never on the message. */
export class CommandError extends Error {
  readonly command: string;
  readonly args: readonly string[];
  readonly failure: CommandFailure;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stderrTail: string;
  readonly timedOut: boolean;

  constructor(details: CommandErrorDetails, options?: ErrorOptions) {
    super(describe(details), options);
    this.name = 'CommandError';
    this.command = details.command;
    this.args = details.args;
    this.failure = details.failure;
    this.exitCode = details.exitCode;
    this.signal = details.signal;
    this.stderrTail = details.stderrTail;
    this.timedOut = details.failure === 'deadline';
  }
}

const SECRET_FLAG = /^--?[\w-]*(token|password|passwd|secret|api-?key)[\w-]*$/i;

/** The arguments as they may be logged: `--token=abc` and `--token abc` lose their value. */
export function redactArguments(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const previous = args[index - 1];
    if (previous !== undefined && SECRET_FLAG.test(previous)) return '***';
    const equals = arg.indexOf('=');
    return equals > 0 && SECRET_FLAG.test(arg.slice(0, equals))
      ? `${arg.slice(0, equals)}=***`
      : arg;
  });
}

function describe(details: CommandErrorDetails): string {
  const command = [details.command, ...details.args].map(quote).join(' ');
  const tail = details.stderrTail.trim();
  return `${command}: ${reason(details)}${tail === '' ? '' : `; it said: ${tail}`}`;
}

function reason(details: CommandErrorDetails): string {
  const detail = details.detail === undefined ? '' : `: ${details.detail}`;
  switch (details.failure) {
    case 'exit-code':
      return `exited with ${details.exitCode ?? 'no code'}`;
    case 'signal':
      return `was ended by ${details.signal ?? 'a signal'} from outside`;
    case 'deadline':
      return `was killed, not done within its deadline${detail}`;
    case 'output-too-large':
      return `was killed, wrote more than allowed${detail}`;
    case 'not-started':
      return `could not be started${detail}`;
    case 'invalid-arguments':
      return `was not started, its arguments are not valid${detail}`;
  }
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : JSON.stringify(text);
}
