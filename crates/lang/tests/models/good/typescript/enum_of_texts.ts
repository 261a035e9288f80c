export enum Level {
  Debug = "debug",
  Error = "error",
}

export interface Log {
  id: Key<string>;
  level: Level;
  before: Level | null;
}
