type Level = "debug" | "info" | "error";
export interface Log {
  id: Key<string>;
  loud: Exclude<Level, "debug">;
  quiet: Extract<Level, "debug" | "trace">;
  sure: NonNullable<string | null | undefined>;
  there: Exclude<string | null, null>;
}
