import type { Key } from "antler";

export interface Person {
  id: Key<string>;
  name: string | null;
  age?: number;
  home: { city: string | null } | null;
}
