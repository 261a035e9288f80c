export const Level = { Debug: "debug", Error: "error" } as const;
export type Level = (typeof Level)[keyof typeof Level];
const Code = Object.freeze({ Ok: 1, Failed: 2 } as const);
type Code = (typeof Code)[keyof typeof Code];

export interface Log {
  id: Key<string>;
  level: Level;
  name: keyof typeof Level;
  code: Code;
}
