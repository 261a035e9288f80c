enum Kind {
  Click = "click",
  Tap = "tap",
}
enum Code {
  Ok = 200,
}
export interface Press {
  id: Key<string>;
  kind: Kind.Click;
  either: Kind.Click | Kind.Tap;
  code: Code.Ok;
  name: keyof typeof Kind;
}
