type Same<T> = T extends string ? string : number;
export interface Click {
  id: Key<string>;
  a: Same<string>;
  b: `a-${string}`;
  c: ReturnType<typeof parseInt>;
  d: Exclude<string, "a">;
  e: Exclude<"a", "a">;
  f: string[number];
}
