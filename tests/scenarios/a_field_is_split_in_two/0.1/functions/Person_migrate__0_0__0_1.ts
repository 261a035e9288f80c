export default function migrate(event: any) {
  const at = event.name.indexOf(" ");
  if (at < 0) return { id: event.id, first: event.name, last: "" };
  return { id: event.id, first: event.name.slice(0, at), last: event.name.slice(at + 1) };
}
