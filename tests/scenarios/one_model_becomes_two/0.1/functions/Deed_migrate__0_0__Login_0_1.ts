export default function migrate(event: any) {
  return event.kind === "login" ? { id: event.id } : null;
}
