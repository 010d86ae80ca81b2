// What RE2 says, for tests that compare with it.
//
//   re2-oracle match IN OUT   IN: records of a pattern and subjects. OUT: what RE2 answers to each.
//   re2-oracle tables OUT     OUT: the Unicode tables RE2 was built with, as text.
//
// A record of IN is: text (the pattern), u32 n, n texts (the subjects). A text is u32 length and its bytes. Integers are
// in this machine's order. Its record of OUT is n + 1 bytes: whether the pattern can be used, then whether each subject
// matches as a whole. Bit 0 speaks of the pattern as it is, bit 1 of the pattern behind (?i).
#include <re2/re2.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

// Not in RE2's public headers; the static library has them.
namespace re2 {
struct URange16 { uint16_t lo, hi; };
struct URange32 { int lo, hi; };
struct UGroup { const char* name; int sign; const URange16* r16; int nr16; const URange32* r32; int nr32; };
struct CaseFold { int lo, hi; int32_t delta; };
extern const UGroup unicode_groups[];
extern const int num_unicode_groups;
extern const CaseFold unicode_casefold[];
extern const int num_unicode_casefold;
const CaseFold* LookupCaseFold(const CaseFold*, int, int);
int ApplyFold(const CaseFold*, int);
}

static bool read_number(FILE* in, uint32_t* n) { return fread(n, sizeof *n, 1, in) == 1; }

static bool read_text(FILE* in, std::string* text) {
    uint32_t length;
    if (!read_number(in, &length)) return false;
    text->resize(length);
    return length == 0 || fread(&(*text)[0], length, 1, in) == 1;
}

static int match(FILE* in, FILE* out) {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingUTF8);
    options.set_log_errors(false);
    std::string pattern, subject;
    while (read_text(in, &pattern)) {
        RE2 exact(pattern, options), folded("(?i)" + pattern, options);
        fputc(exact.ok() | folded.ok() << 1, out);
        uint32_t subjects;
        if (!read_number(in, &subjects)) return 1;
        while (subjects-- > 0) {
            if (!read_text(in, &subject)) return 1;
            bool one = exact.ok() && RE2::FullMatch(subject, exact);
            bool other = folded.ok() && RE2::FullMatch(subject, folded);
            fputc(one | other << 1, out);
        }
    }
    return 0;
}

static void range(FILE* out, int lo, int hi) {
    if (lo == hi) fprintf(out, " %x", lo);
    else fprintf(out, " %x-%x", lo, hi);
}

static int fold(int rune) {
    const re2::CaseFold* found = re2::LookupCaseFold(re2::unicode_casefold, re2::num_unicode_casefold, rune);
    return found == nullptr || rune < found->lo ? rune : re2::ApplyFold(found, rune);
}

static int tables(FILE* out) {
    std::map<std::string, const re2::UGroup*> sorted;
    for (int i = 0; i < re2::num_unicode_groups; i++) sorted[re2::unicode_groups[i].name] = &re2::unicode_groups[i];
    for (auto& entry : sorted) {
        const re2::UGroup* group = entry.second;
        fprintf(out, "%s", group->name);
        for (int i = 0; i < group->nr16; i++) range(out, group->r16[i].lo, group->r16[i].hi);
        for (int i = 0; i < group->nr32; i++) range(out, group->r32[i].lo, group->r32[i].hi);
        fputc('\n', out);
    }
    // Each line that starts with = names the characters that are one when case is ignored.
    for (int rune = 0; rune <= 0x10FFFF; rune++) {
        std::vector<int> orbit{rune};
        bool first = true;
        for (int next = fold(rune); next != rune; next = fold(next)) {
            first = first && next > rune;
            orbit.push_back(next);
        }
        if (orbit.size() == 1 || !first) continue;
        fputc('=', out);
        for (int one : orbit) fprintf(out, " %x", one);
        fputc('\n', out);
    }
    return 0;
}

int main(int argc, char** argv) {
    bool matches = argc == 4 && strcmp(argv[1], "match") == 0;
    if (!matches && !(argc == 3 && strcmp(argv[1], "tables") == 0)) {
        fprintf(stderr, "usage: re2-oracle match IN OUT | re2-oracle tables OUT\n");
        return 2;
    }
    FILE* in = matches ? fopen(argv[2], "rb") : nullptr;
    FILE* out = fopen(argv[argc - 1], "wb");
    if ((matches && in == nullptr) || out == nullptr) {
        perror("re2-oracle");
        return 1;
    }
    int status = matches ? match(in, out) : tables(out);
    return fclose(out) == 0 ? status : 1;
}
