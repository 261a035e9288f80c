const levels = loadLevels();
const more = [...levels, "a"] as const;
export interface Log {
  id: Key<string>;
  level: (typeof levels)[number];
  more: (typeof more)[number];
  none: (typeof nothing)[number];
}
