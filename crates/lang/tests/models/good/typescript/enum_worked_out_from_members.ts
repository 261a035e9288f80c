enum Rights {
  None = 0,
  Read = 1 << 0,
  Write = 1 << 1,
  Both = Read | Write,
  Admin = Rights.Both + 1,
}
enum Path {
  Root = "/",
  Home = Root + "home",
}
export interface Grant {
  id: Key<string>;
  rights: Rights;
  path: Path;
}
