/** How a client behaves. */
export interface ClientOptions {
  /** Where the server is, such as `http://localhost:4000`. */
  url: string;
  /** Headers of every request: what a proxy in front of the server asks for. */
  headers?: Record<string, string>;
  /** The most records in a request; 500 if not said. */
  maxRecords?: number;
  /** About how many bytes a request may have, unless it is one record; 1 MiB if not said. */
  maxBytes?: number;
  /** How long a record waits for others to share a request with, in milliseconds; 5 if not said. */
  lingerMs?: number;
  /** How many records may wait for their answers before `sendAll` pauses; 10,000 if not said. */
  maxPending?: number;
  /** How long the server may take to answer a request, in milliseconds; 30,000 if not said. */
  timeoutMs?: number;
  /** How long a request is repeated before it is given up, in milliseconds; 120,000 if not said. */
  retryForMs?: number;
  /** Is told of every record that failed, so that nobody has to look at the promises of `send`. */
  onError?: (error: AntlerError) => void;
}

/** What became of several records. */
export interface Receipt {
  /** How many are stored. */
  accepted: number;
  /** An error for each of the others. */
  failed: AntlerError[];
}

/** One thing that is wrong with a record. */
export interface Fault {
  kind: string;
  /** Where in the record, as a JSON pointer. */
  pointer?: string;
  expected?: string;
  found?: string;
  problem?: string;
}

/** What the server says when it refuses a request (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  detail?: string;
  /** Endpoints that there are instead. */
  endpoints?: string[];
  /** What is wrong with which records, counted from 0. */
  errors?: (Fault & { record: number })[];
}

/** Why a record is not stored, or not known to be. */
export class AntlerError extends Error {
  override name = "AntlerError";
}

/** The record does not fit its data model. */
export class RecordRejected extends AntlerError {
  override name = "RecordRejected";
  /** The record. */
  readonly record: unknown;
  /** What is wrong with it. */
  readonly faults: Fault[];
  /** Whether the server kept it as a dead letter. */
  readonly deadLetter: boolean;

  constructor(record: unknown, faults: Fault[], deadLetter: boolean) {
    super(faults.length === 0 ? "the record does not fit its data model" : faults.map(inWords).join("; "));
    this.record = record;
    this.faults = faults;
    this.deadLetter = deadLetter;
  }
}

/** Some records of a request are dead letters, and the answer does not say whether this is one. */
export class RecordUnclear extends AntlerError {
  override name = "RecordUnclear";
  /** The record. */
  readonly record: unknown;

  constructor(record: unknown, rejected: number, among: number) {
    super(`${rejected} of ${among} records are dead letters; the answer does not say whether this is one of them`);
    this.record = record;
  }
}

/** The server refused the request, and stored nothing of it. */
export class RequestRefused extends AntlerError {
  override name = "RequestRefused";
  /** The status of the answer. */
  readonly status: number;
  /** What the server says. */
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail ? `${problem.title}: ${problem.detail}` : problem.title);
    this.status = status;
    this.problem = problem;
  }
}

/** The version is retired; `problem.endpoints` names its successor. */
export class VersionRetired extends RequestRefused {
  override name = "VersionRetired";
}

/** The server did not answer in time. Whether the records are stored is not known. */
export class Unanswered extends AntlerError {
  override name = "Unanswered";
  /** What went wrong in the end. */
  readonly last: unknown;

  constructor(attempts: number, last: unknown) {
    super(`no answer after ${attempts} attempts: ${last instanceof Error ? last.message : String(last)}`);
    this.last = last;
  }
}

/** The client was closed before the record was sent. */
export class ClientClosed extends AntlerError {
  override name = "ClientClosed";

  constructor() {
    super("the client is closed");
  }
}

/** Sends the records of one version of one data model, in the order in which they are given. */
export class Sender<T> {
  readonly #path: string;
  readonly #options: Settings;
  #waiting: Waiting[] = [];
  #sent = 0;
  #answered = 0;
  #closed = false;
  #running = false;
  #flushes: { sent: number; done: () => void }[] = [];
  #full: (() => void) | undefined;

  constructor(path: string, options: Settings) {
    this.#path = path;
    this.#options = options;
  }

  /**
   * Sends a record, together with others that are sent at about the same time. The promise is kept once it
   * is durable. It is broken with an `AntlerError`, or with a `TypeError` where the record is no JSON.
   */
  send(record: T): Promise<void> {
    const sent = new Promise<void>((kept, broken) => this.#add(record, kept, broken));
    if (this.#options.onError) sent.catch(() => {});
    return sent;
  }

  /** Sends all of them, however many, and tells what became of them. */
  async sendAll(records: Iterable<T> | AsyncIterable<T>): Promise<Receipt> {
    const receipt: Receipt = { accepted: 0, failed: [] };
    const unexpected: unknown[] = [];
    for await (const record of records) {
      if (this.#sent - this.#answered >= this.#options.maxPending) await this.flush();
      this.send(record).then(
        () => void receipt.accepted++,
        (error) => void (error instanceof AntlerError ? receipt.failed : unexpected).push(error),
      );
    }
    await this.flush();
    if (unexpected.length > 0) throw unexpected[0];
    return receipt;
  }

  /**
   * Sends exactly these records as one request, past those that wait, under a key of yours: whoever sends
   * the same records under the same key again within a day, also another process, stores nothing twice.
   */
  async sendBatch(records: readonly T[], idempotencyKey: string): Promise<Receipt> {
    const receipt: Receipt = { accepted: 0, failed: [] };
    const batch = records.map((record) => ({
      record,
      line: encoded(record),
      kept: () => void receipt.accepted++,
      broken: (error: AntlerError) => void receipt.failed.push(error),
    }));
    if (batch.length > 0) await this.#deliver(batch, idempotencyKey);
    return receipt;
  }

  /** Waits until everything that was sent before has its answer, whatever that is. */
  async flush(): Promise<void> {
    this.#full?.();
    const sent = this.#sent;
    if (this.#answered < sent) await new Promise<void>((done) => this.#flushes.push({ sent, done }));
  }

  /** Takes no more records, and waits for the answers to those there are. */
  close(): Promise<void> {
    this.#closed = true;
    return this.flush();
  }

  #add(record: T, kept: () => void, broken: (error: unknown) => void): void {
    if (this.#closed) throw new ClientClosed();
    const line = encoded(record);
    this.#sent++;
    const told = (error: AntlerError): void => {
      broken(error);
      // Not from here: what it throws must not end the sending.
      if (this.#options.onError) void Promise.resolve(error).then(this.#options.onError);
    };
    this.#waiting.push({ record, line, kept, broken: told });
    if (!this.#running) void this.#run();
    if (this.#waiting.length >= this.#options.maxRecords) this.#full?.();
  }

  /** Sends what waits, one request after the other: so they stay in order, and grow while one is under way. */
  async #run(): Promise<void> {
    this.#running = true;
    await new Promise<void>((full) => {
      this.#full = full;
      host.setTimeout(full, this.#options.lingerMs);
    });
    this.#full = undefined;
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      await this.#deliver(batch, freshKey());
      this.#answered += batch.length;
      const done = this.#flushes.filter(({ sent }) => sent <= this.#answered);
      this.#flushes = this.#flushes.filter(({ sent }) => sent > this.#answered);
      for (const flush of done) flush.done();
    }
    this.#running = false;
  }

  #take(): Waiting[] {
    let [count, size] = [0, 0];
    for (const { line } of this.#waiting) {
      size += line.length + 1;
      if (count === this.#options.maxRecords || (count > 0 && size > this.#options.maxBytes)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** Sends records until each has its answer. What is sent in pieces has a key for each, always the same. */
  async #deliver(batch: Waiting[], key: string): Promise<void> {
    const parts = [batch];
    for (let step = 0; ; step++) {
      const part = parts.shift();
      if (!part) return;
      const body = part.map(({ line }) => `${line}\n`).join("");
      try {
        const answer = await post(this.#path, body, step === 0 ? key : `${key}/${step}`, this.#options);
        settle(part, answer);
      } catch (error) {
        const listed = error instanceof RequestRefused && error.status === 400 ? error.problem.errors : undefined;
        const bad = byRecord(listed ?? []);
        const others = part.filter((_, i) => !bad.has(i));
        if (others.length < part.length) {
          // Those that are listed are bad. Nothing was stored, so the others are sent without them.
          part.forEach((of, i) => {
            const faults = bad.get(i);
            if (faults) of.broken(new RecordRejected(of.record, faults, false));
          });
          if (others.length > 0) parts.unshift(others);
        } else if (error instanceof RequestRefused && error.status === 413 && part.length > 1) {
          const middle = part.length >> 1;
          parts.unshift(part.slice(0, middle), part.slice(middle));
        } else {
          const reason = error instanceof AntlerError ? error : new Unanswered(1, error);
          part.forEach((of) => of.broken(reason));
        }
      }
    }
  }
}

/** What every client has. */
export class Client {
  readonly #options: Settings;
  readonly #senders: Sender<never>[] = [];

  constructor(options: ClientOptions) {
    this.#options = {
      headers: {},
      maxRecords: 500,
      maxBytes: 1 << 20,
      lingerMs: 5,
      maxPending: 10_000,
      timeoutMs: 30_000,
      retryForMs: 120_000,
      onError: undefined,
      ...options,
      url: options.url.replace(/\/+$/, ""),
    };
  }

  protected sender<T>(path: string): Sender<T> {
    const sender = new Sender<T>(path, this.#options);
    this.#senders.push(sender as unknown as Sender<never>);
    return sender;
  }

  /** Waits until everything that was sent before has its answer, whatever that is. */
  async flush(): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.flush()));
  }

  /** Takes no more records, and waits for the answers to those there are. */
  async close(): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.close()));
  }
}

type Settings = Required<Omit<ClientOptions, "onError">> & { onError: ClientOptions["onError"] | undefined };

interface Waiting {
  record: unknown;
  line: string;
  kept: () => void;
  broken: (error: AntlerError) => void;
}

interface Answer {
  accepted: number;
  rejected?: number;
  errors?: Problem["errors"];
}

/** What this file needs of Node or the browser, so that it needs the types of neither. */
interface Host {
  fetch(url: string, init: object): Promise<{
    ok: boolean;
    status: number;
    statusText: string;
    headers: { get(name: string): string | null };
    text(): Promise<string>;
  }>;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  AbortController: new () => { signal: unknown; abort(): void };
  crypto?: { getRandomValues(bytes: Uint8Array): Uint8Array };
}

const host = globalThis as unknown as Host;
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** Posts a body until there is an answer. It has the same key each time, so it is stored once. */
async function post(path: string, body: string, key: string, options: Settings): Promise<Answer> {
  const giveUp = Date.now() + options.retryForMs;
  for (let attempt = 1; ; attempt++) {
    let failure: unknown;
    let asked = 0;
    const limit = new host.AbortController();
    const timer = host.setTimeout(() => limit.abort(), options.timeoutMs);
    try {
      const response = await host.fetch(options.url + path, {
        method: "POST",
        headers: { ...options.headers, "content-type": "application/x-ndjson", "idempotency-key": key },
        body,
        signal: limit.signal,
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as Answer;
      const error = refusal(response.status, response.statusText, text);
      if (!AGAIN.has(response.status)) throw error;
      failure = error;
      asked = retryAfter(response.headers.get("retry-after"));
    } catch (error) {
      if (error instanceof AntlerError) throw error;
      failure = error;
    } finally {
      host.clearTimeout(timer);
    }
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
    const pause = asked + Math.random() * longest;
    if (Date.now() + pause > giveUp) throw new Unanswered(attempt, failure);
    await new Promise<void>((over) => void host.setTimeout(over, pause));
  }
}

/** How long a server asks to be left alone, in milliseconds. */
function retryAfter(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

function refusal(status: number, statusText: string, text: string): RequestRefused {
  let problem: Problem = { type: "about:blank", title: `${status} ${statusText}`.trim() };
  try {
    problem = { ...problem, ...JSON.parse(text) };
  } catch {
    // Not the server's own answer, but that of something in front of it.
  }
  return status === 410 ? new VersionRetired(status, problem) : new RequestRefused(status, problem);
}

/** Tells each record of an accepted request what became of it. */
function settle(part: Waiting[], { rejected = 0, errors = [] }: Answer): void {
  const bad = byRecord(errors);
  // The first faults are listed, in the order of the records. After the last that is listed there may be more.
  const clear = bad.size === rejected ? part.length : Math.max(-1, ...bad.keys()) + 1;
  const unlisted = rejected - bad.size;
  part.forEach((of, i) => {
    const faults = bad.get(i);
    if (faults) of.broken(new RecordRejected(of.record, faults, true));
    else if (i < clear) of.kept();
    else if (unlisted === part.length - clear) of.broken(new RecordRejected(of.record, [], true));
    else of.broken(new RecordUnclear(of.record, unlisted, part.length - clear));
  });
}

function byRecord(errors: NonNullable<Problem["errors"]>): Map<number, Fault[]> {
  const found = new Map<number, Fault[]>();
  for (const { record, ...fault } of errors) found.set(record, [...(found.get(record) ?? []), fault]);
  return found;
}

function inWords({ pointer, expected, found, problem, kind }: Fault): string {
  if (problem !== undefined) return problem;
  return expected === undefined ? kind : `${pointer}: expected ${expected}; found ${found}`;
}

/** A record as a line of JSON. What JSON has no word for is an error, and not silently `null`. */
function encoded(record: unknown): string {
  const line = JSON.stringify(record, function (this: Record<string, unknown>, name, value: unknown) {
    const before = this[name];
    const date = before instanceof Date;
    if (date ? Number.isNaN(before.getTime()) : typeof value === "number" && !Number.isFinite(value)) {
      throw new TypeError(`${name} is ${date ? "no valid date" : value}, which JSON cannot say`);
    }
    // As text, so that no reader takes it for a double.
    return typeof value === "bigint" ? value.toString() : value;
  });
  if (line === undefined) throw new TypeError("the record is not an object");
  return line;
}

function freshKey(): string {
  const bytes = new Uint8Array(16);
  if (host.crypto) host.crypto.getRandomValues(bytes);
  else bytes.forEach((_, i) => void (bytes[i] = Math.random() * 256));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
