type Delay = "none" | "small" | "large";

export interface Flight {
  id: Key<string>;
  delay: Delay;
  or_more: Delay | "endless";
  terminal: 1 | 2 | -3;
  only: "one";
}
