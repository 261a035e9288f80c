export default function migrate(event: any): any {
  let initials = "";
  for (const c of (event.first ?? "").normalize("NFD").replace(/\p{M}/gu, "")) {
    initials += c;
    if (initials.length === 2) break;
  }
  if (initials === "la") throw new Error(`${event.first} on ${event.at.toISOString()}`);
  return { ...event, initials };
}
