export default function migrate(ping: any) {
  return { note: ping.note ?? "nothing" };
}
