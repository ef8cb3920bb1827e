// The key of a session by OAuth, as it is stored.

/** A key as it is stored: IndexedDB keeps a CryptoKey as it is. */
export interface StoredKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: { readonly kty: "EC"; readonly crv: "P-256"; readonly x: string; readonly y: string };
}
