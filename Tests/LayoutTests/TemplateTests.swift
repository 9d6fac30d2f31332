// Strings with variables: what they fill in to, and what is none.

@testable import Layout
import Testing

struct TemplateTests {
  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("{name}", "<name>"), ("{name}-{version}.tar.gz", "<name>-<version>.tar.gz"),
    ("{os}/{arch}{os}", "<os>/<arch><os>"), ("{{", "{"), ("{{name}", "{name}"), ("{{{name}", "{<name>"), ("}", "}"),
    ("{name}}", "<name>}"), ("a}}b", "a}}b"), ("{{{{", "{{"), ("é{tag}é", "é<tag>é"),
    ("{registry}{releaseRegistry}{releaseTag}{md5}", "<registry><releaseRegistry><releaseTag><md5>"),
  ])
  func `variables and braces are filled in`(_ text: String, _ wanted: String) throws {
    let template = try Template(text)
    #expect(template.filled { "<\($0.rawValue)>" } == wanted)
    #expect(template.text == text)
  }

  @Test func `values are not filled in again`() throws {
    #expect(try Template("{name}").filled { _ in "{version}{{" } == "{version}{{")
  }

  @Test func `a template tells its variables in order`() throws {
    #expect(try Template("{os}{{name}{arch}{os}").variables == [.os, .arch, .os])
  }

  @Test(arguments: [
    ("{", "'{' without '}' after it (write '{{' for a brace)"),
    ("a{name", "'{' without '}' after it (write '{{' for a brace)"),
    ("{{{", "'{' without '}' after it (write '{{' for a brace)"), ("{}", "unknown variable \"{}\""),
    ("{nmae}", "unknown variable \"{nmae}\" (did you mean {name}?)"),
    ("{Version}", "unknown variable \"{Version}\" (did you mean {version}?)"),
    ("{ name }", "unknown variable \"{ name }\" (did you mean {name}?)"),
    ("{something}", "unknown variable \"{something}\""),
  ])
  func `what is no template is refused`(_ text: String, _ message: String) {
    let error = #expect(throws: TemplateError.self) { try Template(text) }
    #expect(error?.description == message)
  }
}
