/** A person, or the remark that nobody has signed. */
export function Who({ name }: { readonly name: string }) {
  return name === '' ? <span title="no signed request is attached">requester unknown</span> : <span>{name}</span>;
}
