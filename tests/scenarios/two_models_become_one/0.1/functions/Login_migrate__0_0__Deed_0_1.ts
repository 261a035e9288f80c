export default function migrate(event: any) {
  return { ...event, kind: "login", amount: 0 };
}
