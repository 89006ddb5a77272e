/** Public keys and commits that were signed with them, made once with gpg and ssh-keygen. The private keys are gone. */

/** An OpenPGP key: ed25519, of Ada. */
export const openPgpKey = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  '',
  'mDMEawdqTRYJKwYBBAHaRw8BAQdAUyloheBL0NluBgHIs0/PsmLmsAzTulFFY5Fh',
  '4/QjTSi0HEFkYSBBdXRob3IgPGFkYUBleGFtcGxlLmNvbT6IkAQTFggAOBYhBDT0',
  '7U4NVd5f4EnIJWR/lyjJ38rxBQJrB2pNAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4B',
  'AheAAAoJEGR/lyjJ38rxD8IBAL98ZNzlBRAVMYlkOtDBw0JYUwtR6LLcc/lpKqNc',
  'IGUFAQCoqSWm6g+kQ3WvR7sqzjTtyzYsIAJqxxHfU4fsKX4yBg==',
  '=NJAX',
  '-----END PGP PUBLIC KEY BLOCK-----',
].join('\n');

/** Its fingerprint, as gpg prints it. */
export const openPgpFingerprint = '34F4ED4E0D55DE5FE049C825647F9728C9DFCAF1';

/** Another one: RSA with 3072 bits, of Eve. */
export const otherOpenPgpKey = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  '',
  'mQGNBGsHak0BDADV53tpwNu1oyJFDiMCgqXZvvu5xM+hjM7HHuaasEMoEuc/I8LH',
  'c4BiakfyJQwQpqyL6SpqCWCGKIMm2NhA5EaQb0AE4BuddZpEf0yd1nYOx2Jc7H5c',
  'lM2A07GycOl7Efeu6gPxnSBn0Cu4QMzIMgBbUevn7ji8HFwNcIDtMeOGTnx7CSLC',
  'n2/oOSyRnVyx5oiROb5ZswahHlr3PV0KHiuCTD+UjrHWCH/QVsNtB5hrb6xJUkiq',
  'n2REafZUKW83jZb3t6PAy9PQZygcuwoCke7FbfToPxQ/VsxHjUJBZF4+nr0nv+xg',
  '4miq5Ue7hqGJsA7i3BpnUOnR9Lin1GUl/o+N0kf/2zVdQ1jqS4zlWhBuGiQDWAi6',
  'g+VK06Cl8nIkp59attL14EhsbzHfENjMT+Pz85VcEbESd3ccOJmgyAJVUazSah9W',
  'JapeeXaTCwdKozB66BSLdPO56mwR3fPV6Rdz2lSh7dv2jZACnZPe+5q2Q2+S4ngi',
  'TO0cuJPaUB52oGEAEQEAAbQVRXZlIDxldmVAZXhhbXBsZS5jb20+iQHOBBMBCgA4',
  'FiEEoPEYzzmLes82bjTp60ImK820K7QFAmsHak0CGwMFCwkIBwIGFQoJCAsCBBYC',
  'AwECHgECF4AACgkQ60ImK820K7RQegv/Y8rYO+09Tag5BSyqXuhtrDdDp4/Nn5ph',
  'olEJG+OYgHqrjBnBgFcuWv3KVV6r81gtLIQwy7URalVbl7a8ZyRIx5q987QIlhDt',
  '/LysqESve8eEtHI9NOr5bLy/srTo9tsRHb1zskJevspJFPWi57qOTRXWxQjG6CuT',
  '18FKHcBYa04dB8jbWgWs5mWVqu42KU+yzo9eojW3Cbd3Wy1/CzmmfKfkW0Jaghqv',
  'C6H90XbEFt9c/+Z4RSmPpsaew2ZV7MA5qntVBkqIXGofrUT3QADYrJDnRWTmGc/S',
  'BZ/7nkVMFuC0txsmXibqGEShsBzHcgp6O/ai6jjnfEED0VH9OJn+yGCojqQYuTV9',
  '5Fluj+18HQUyK5WjPCLlyEJKKmiUWHEH07AAPUQU9zRwwmovhetOvZ5ESuuTcFhV',
  'fUYzqOvdZRRjsfaCnVXH2hGTHs3kUopmMclxdK42CoEtvfAe3IzglgixPD0pS13y',
  'n7MfKsZOAH2/pzQvQisVfOAVb1X6xVKO',
  '=OF8a',
  '-----END PGP PUBLIC KEY BLOCK-----',
].join('\n');

/** Its fingerprint. */
export const otherOpenPgpFingerprint = 'A0F118CF398B7ACF366E34E9EB42262BCDB42BB4';

/** An SSH key of Ada. */
export const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM2B5GBpdQmAQims6+OwlI+ZHD0LgdK3LFt7UxfghOcV ada';

/** Its fingerprint, as ssh-keygen prints it. */
export const sshFingerprint = 'SHA256:lwQMmWv0kB2sUumQpxxWbjqHCIUucU7SH9nmIHPmu6o';

/** The object of a commit that is signed with the OpenPGP key. */
export const openPgpCommit = [
  'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  'author Ada Author <ada@example.com> 1772355600 +0000',
  'committer Ada Author <ada@example.com> 1772355600 +0000',
  'gpgsig -----BEGIN PGP SIGNATURE-----',
  ' ',
  ' iHUEABYIAB0WIQQ09O1ODVXeX+BJyCVkf5coyd/K8QUCawdqTQAKCRBkf5coyd/K',
  ' 8SOMAQDovLE4N3fqfP+6pwJWDVMId9reSosIWSUYIZXvlXL7YgD/USrJ+s2691RU',
  ' mgEK53f3RtCAJQAO4p85w8PGnnB/MgI=',
  ' =2iRF',
  ' -----END PGP SIGNATURE-----',
  '',
  'Signed with OpenPGP',
  '',
].join('\n');

/** The object of one that is signed with the SSH key. */
export const sshCommit = [
  'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  'parent bcca38f28ec86d7560ce31923551be2a3fedaaf1',
  'author Ada Author <ada@example.com> 1772355600 +0000',
  'committer Ada Author <ada@example.com> 1772355600 +0000',
  'gpgsig -----BEGIN SSH SIGNATURE-----',
  ' U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgzYHkYGl1CYBCKazr47CUj5kcPQ',
  ' uB0rcsW3tTF+CE5xUAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5',
  ' AAAAQIXARLTDX2PjXrgKvd87IgRptKzlD9nU4wlcZUCBS2y1Y5WYj2Nc5tF58ZkpZpWOy8',
  ' GN687s/sGyF21OjcKFcgg=',
  ' -----END SSH SIGNATURE-----',
  '',
  'Signed with SSH',
  '',
].join('\n');
