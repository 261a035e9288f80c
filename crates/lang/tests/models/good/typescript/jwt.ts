import { JWT, Key } from "@514labs/moose-lib";
interface Claims {
  sub: string;
  exp: number;
}
export interface Visit {
  id: Key<string>;
  claims: JWT<Claims>;
  subject: JWT<string>;
}
