import Home from "./a";
export interface Person {
  id: Key<string>;
  home: Home;
}
