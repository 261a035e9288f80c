import { LEVELS, type Level } from "./shared/levels";
import * as all from "./shared/levels";
export interface Log {
  id: Key<string>;
  level: Level;
  direct: (typeof LEVELS)[number];
  far: (typeof all.LEVELS)[number];
}
