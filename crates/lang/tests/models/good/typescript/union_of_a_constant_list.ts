const LEVELS = ["debug", "info", "error"] as const;
export type Level = (typeof LEVELS)[number];
const CODES = [200, 404, -1] as const;

export interface Log {
  id: Key<string>;
  level: Level;
  direct: typeof LEVELS[number];
  code: (typeof CODES)[number];
}
